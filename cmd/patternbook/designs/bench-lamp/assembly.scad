// Bench lamp: how the parts sit together. Not a part to print.
// It shows the desk clamp and the LED head too: put the folders desk-clamp and
// led-head, with the files of those two designs, beside the folder of this one.
// SPDX-License-Identifier: CERN-OHL-S-2.0
// Copyright Patternbook contributors

include <parts/dimensions.scad>
use <parts/joint-fork.scad>
use <parts/joint-tongue.scad>
use <../desk-clamp/assembly.scad>
use <../led-head/assembly.scad>

table = 28;             // thickness of the table
elbow = 75;             // of the arm from straight up, in degrees
tilt = 35;              // of the head from straight on, in degrees

post_floor = 18;        // bottom of the clamp's socket, over the lower side of its upper jaw
post_x = -6;            // of that socket
head_axis = [-56.8, 0, 12];  // hinge axis of the LED head

// z = 0 is the lower side of the clamp's upper jaw.
desk_clamp(table = table);
color("BurlyWood") translate([6, -20, -table - 1]) cube([420, 200, table]);
translate([post_x, 0, post_floor]) rotate([0, -90, 0]) {
    limb(post_l) fork_end(elbow) arm();
}

module arm() {
    translate([tongue_reach + block_l, 0, 0]) {
        color("SteelBlue") translate([-block_l, 0, block_h / 2]) rotate([180, 0, 0]) rotate([0, 0, 180]) render() joint_tongue();
        translate([-socket_depth, 0, 0]) limb(arm_l) fork_end(tilt) head();
    }
}

// A tube from the origin along x, with a fork on its end; the children are put there.
module limb(l) {
    color("Silver") rotate([0, 90, 0]) difference() {
        cylinder(d = tube_d, h = l);
        translate([0, 0, -1]) cylinder(d = tube_d - 2 * tube_wall, h = l + 2);
    }
    translate([l + socket_floor, 0, 0]) children();
}

// A fork whose block ends at x = 0, its bolt, and what hangs in it, turned down by angle.
module fork_end(angle) {
    // The bolt's head is on the side of the lead.
    rotate([180, 0, 0]) {
        color("SteelBlue") translate([0, 0, -block_h / 2]) render() joint_fork();
        translate([fork_reach, 0, 0]) hinge_bolt();
    }
    translate([fork_reach, 0, 0]) {
        rotate([0, angle, 0]) children();
    }
}

// The children's x leads away from the hinge axis, which is their origin.
module head() {
    rotate([180, 0, 0]) translate(-head_axis) led_head();
}

module hinge_bolt() {
    color("DimGray") {
        head_side = -block_w / 2 + m6_head_pocket;
        translate([0, head_side, 0]) rotate([-90, 0, 0]) cylinder(d = 6, h = 35);
        translate([0, head_side - 4, 0]) rotate([-90, 0, 0]) cylinder(d = 11.5, h = 4, $fn = 6);
        translate([0, block_w / 2, 0]) rotate([-90, 0, 0]) cylinder(d = 12, h = 1.6);
        translate([0, block_w / 2 + 1.6, 0]) rotate([-90, 0, 0]) {
            cylinder(d1 = 12, d2 = 10, h = 8);
            for (side = [-1, 1]) hull() {
                translate([side * 3, -1, 0]) cube([1, 2, 7]);
                translate([side * 12.5, 1, 13]) rotate([90, 0, 0]) cylinder(d = 8, h = 2);
            }
        }
    }
}
