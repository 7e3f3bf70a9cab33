// LED head: how the parts sit together, seen from the side of the LEDs.
// Not a part to print.
// SPDX-License-Identifier: CERN-OHL-W-2.0
// Copyright Patternbook contributors

include <parts/dimensions.scad>
use <parts/lamp-housing.scad>
use <parts/wiring-cover.scad>
use <parts/heat-spreader.scad>

led_head();

module led_head() {
    bar_z = back + bar_lift;
    color("Orange") lamp_housing();
    color("SteelBlue") translate([0, 0, head_h]) wiring_cover();
    color("Silver") translate([2, 0, bar_z]) heat_spreader();
    for (i = [0:strips - 1]) translate([2 + bar_l / 2 - strip_l / 2, (i - (strips - 1) / 2) * strip_pitch, bar_z + bar_t]) led_strip();
    // Screws of the bar and of the cover.
    color("DimGray") {
        for (side = [-1, 1]) translate([2 + bar_l / 2 + side * bar_hole_pitch / 2, 0, bar_z + bar_t]) screw();
        for (p = lid_bosses) translate([p[0], p[1], head_h + lid_t]) screw();
    }
    // Rocker switch.
    color("Black") translate([switch_x, head_w / 2, head_h / 2]) {
        translate([-7.5, 0, -10.5]) cube([15, 2, 21]);
        translate([-6.5, -20, -9.6]) cube([13, 20, 19.2]);
        translate([-4.5, 0, -8]) rotate([-8, 0, 0]) cube([9, 4, 16]);
    }
    // The lead, as far as its strain relief.
    color("DarkRed") translate([box_x - 50, lead_y, back + 2.5]) rotate([0, 90, 0]) cylinder(d = 4.5, h = 65);
}

module led_strip() {
    color("White") translate([0, -strip_w / 2, 0]) cube([strip_l, strip_w, 0.4]);
    color("Gold") for (i = [0:14]) translate([(i + 0.5) * strip_l / 15 - 1.4, -1.75, 0.4]) cube([2.8, 3.5, 0.8]);
}

module screw() { translate([0, 0, -9.5]) { cylinder(d = 2.9, h = 9.5); translate([0, 0, 9.5]) cylinder(d1 = 5.6, d2 = 4, h = 1.9); } }
