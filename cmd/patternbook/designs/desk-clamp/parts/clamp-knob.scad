// Desk clamp: knob. Print it with the pocket upwards, as it is here, without supports.
// The head of the M8 bolt lies in the pocket; a lock nut on the other side holds the knob to it.
// SPDX-License-Identifier: CERN-OHL-W-2.0
// Copyright Patternbook contributors

include <dimensions.scad>

clamp_knob();

module clamp_knob() {
    difference() {
        intersection() {
            linear_extrude(knob_h) knob_outline();
            // Broken edges.
            union() {
                cylinder(d1 = knob_d - 2, d2 = knob_d, h = 1);
                translate([0, 0, 1]) cylinder(d = knob_d, h = knob_h - 2);
                translate([0, 0, knob_h - 1]) cylinder(d1 = knob_d, d2 = knob_d - 2, h = 1);
            }
        }
        translate([0, 0, knob_floor]) hexagon(m8_head_s + clear, knob_pocket + 1);
        translate([0, 0, -1]) cylinder(d = 8.4, h = knob_h);
    }
}

module knob_outline() {
    offset(r = 2) offset(delta = -2) difference() {
        circle(d = knob_d);
        for (i = [0:5]) rotate(60 * i + 30) translate([knob_d / 2 + 4, 0]) circle(d = 16);
    }
}
