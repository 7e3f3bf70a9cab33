// LED head: cover of the box for switch and wiring. Print it flat, without supports.
// SPDX-License-Identifier: CERN-OHL-W-2.0
// Copyright Patternbook contributors

include <dimensions.scad>

wiring_cover();

module wiring_cover() {
    difference() {
        translate([box_x, -head_w / 2, 0]) linear_extrude(lid_t) offset(r = 2) offset(delta = -2) square([-box_x, head_w]);
        for (p = lid_bosses) translate([p[0], p[1], -1]) cylinder(d = screw_free, h = lid_t + 2);
    }
}
