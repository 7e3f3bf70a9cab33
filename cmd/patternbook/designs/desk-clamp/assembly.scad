// Desk clamp: how the parts sit together, on a table of the thickness below.
// Not a part to print.
// SPDX-License-Identifier: CERN-OHL-W-2.0
// Copyright Patternbook contributors

include <parts/dimensions.scad>
use <parts/clamp-body.scad>
use <parts/clamp-knob.scad>
use <parts/clamp-pad.scad>

table = 28;             // 10 to 45
show_table = true;
show_post = true;

desk_clamp();
// The front half of the table is left out of the picture.
if (show_table) color("BurlyWood") translate([6, 0, -sheet - table]) cube([70, 60, table]);
if (show_post) color("Silver") translate([post_x, 0, jaw]) difference() {
    cylinder(d = post_d, h = 75);
    translate([0, 0, 1]) cylinder(d = post_d - 3, h = 75);
}

// z = 0 is the lower side of the upper jaw.
module desk_clamp(table = table) {
    pad_top = -table - 2 * sheet;
    tip = pad_top - pad_floor - pad_magnet_h;
    head = tip - screw_l;
    // From lying on its side to standing as in use.
    color("SteelBlue") rotate([90, 0, 0]) translate([0, 0, -body_w / 2]) clamp_body();
    translate([screw_x, 0, 0]) {
        color("Orange") translate([0, 0, pad_top]) rotate([180, 0, 0]) clamp_pad();
        color("Orange") translate([0, 0, head + knob_floor]) rotate([180, 0, 0]) render() clamp_knob();
        color("DimGray") {
            translate([0, 0, head]) cylinder(d = 8, h = screw_l);
            translate([0, 0, head - m8_head_k]) hexagon(m8_head_s, m8_head_k);
            translate([0, 0, head + knob_floor]) hexagon(m8_head_s, m8_nut_m);
            translate([0, 0, -gap - 4 - m8_nut_m]) rotate(30) hexagon(m8_head_s, m8_nut_m);
        }
        color("Black") translate([-14, -14, -sheet]) cube([28, 28, sheet]);
        color("Black") translate([0, 0, pad_top]) cylinder(d = 28, h = sheet);
    }
    color("DimGray") translate([post_x - post_d / 2, 0, jaw + post_depth / 2]) rotate([0, -90, 0]) {
        cylinder(d = 5, h = 16);
        translate([0, 0, 16]) wings(26, 13);
    }
}

// Wings of a wing screw or wing nut, as a picture of them.
module wings(span, height) {
    cylinder(d1 = 10, d2 = 8, h = height / 2);
    for (side = [-1, 1]) hull() {
        translate([0, -1, 0]) cube([side * 3 > 0 ? 3 : 0.1, 2, height / 2]);
        translate([side * (span / 2 - 3.5), 1, height - 4]) rotate([90, 0, 0]) cylinder(d = 7, h = 2);
    }
}
