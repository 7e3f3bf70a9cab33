// Desk clamp: pressure pad. Print it with the hole upwards, as it is here, without supports.
// A magnet, 8 mm x 3 mm, is glued to the bottom of the hole; the screw tip sits on it.
// SPDX-License-Identifier: CERN-OHL-W-2.0
// Copyright Patternbook contributors

include <dimensions.scad>

clamp_pad();

module clamp_pad() {
    difference() {
        union() {
            cylinder(d = pad_d, h = pad_floor + 1);
            translate([0, 0, pad_floor + 1]) cylinder(d1 = pad_d, d2 = 18, h = pad_h - pad_floor - 1);
        }
        translate([0, 0, pad_floor]) cylinder(d = pad_magnet_d + 0.2, h = pad_h);
        translate([0, 0, pad_floor + pad_magnet_h]) cylinder(d = 8.6, h = pad_h);
        translate([0, 0, pad_h - 0.8]) cylinder(d1 = 8.6, d2 = 10.6, h = 1);
    }
}
