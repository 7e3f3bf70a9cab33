// LED head: heat spreader, cut and drilled from flat bar; also the drawing of it.
// Not a part to print.
// SPDX-License-Identifier: CERN-OHL-W-2.0
// Copyright Patternbook contributors

include <dimensions.scad>

heat_spreader();

module heat_spreader() {
    difference() {
        translate([0, -bar_w / 2, 0]) cube([bar_l, bar_w, bar_t]);
        for (side = [-1, 1]) translate([bar_l / 2 + side * bar_hole_pitch / 2, 0, -1]) cylinder(d = 3.5, h = bar_t + 2);
    }
}
