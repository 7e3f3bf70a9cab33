// Bench lamp: dimensions that its parts share, in millimetres.
// SPDX-License-Identifier: CERN-OHL-S-2.0
// Copyright Patternbook contributors

$fn = 64;

// Post and arm: tube or dowel of 16 mm.
tube_d = 16;
tube_wall = 1.5;
post_l = 400;
arm_l = 350;

// Sockets of the joints.
socket_hole = tube_d + 0.4;
socket_depth = 36;
socket_floor = 6;
block_l = socket_depth + socket_floor;
block_h = 24;           // height when printed

// Tapping screws ISO 7049 ST2.9 x 9.5, two in each socket.
screw_free = 3.2;
screw_at = [12, 26];    // from the open end of the socket

// Hinge: a tongue of 10 mm between two cheeks, bolt ISO 4017 M6 x 35.
// The LED head has the same tongue.
hinge_clear = 0.3;      // on both sides of the tongue
tongue_t = 10;
hinge_r = 12;
hinge_hole = 6.4;
slot = tongue_t + 2 * hinge_clear;
cheek = 8;
block_w = slot + 2 * cheek;
fork_reach = 18;        // axis in front of the fork's block
tongue_reach = 20;      // axis in front of the tongue's block: room for the wing nut
m6_head_s = 10;
m6_head_pocket = 4.2;   // depth

// Outline of a hole that lies on its side: a circle with a roof of 45 degrees,
// flat at the top, so that it prints without supports.
module lying_hole_2d(d) {
    r = d / 2;
    circle(d = d);
    intersection() {
        polygon([[-r / sqrt(2), r / sqrt(2)], [r / sqrt(2), r / sqrt(2)], [0, r * sqrt(2)]]);
        translate([-r, 0]) square([d, r + 0.6]);
    }
}

// The block with the socket. It ends at x = 0, where cheeks or tongue begin.
module socket_block() {
    difference() {
        translate([-block_l, 0, 0]) rotate([90, 0, 90]) linear_extrude(block_l) block_outline();
        translate([-block_l - 1, 0, block_h / 2]) rotate([90, 0, 90]) linear_extrude(socket_depth + 1) lying_hole_2d(socket_hole);
        for (at = screw_at) translate([at - block_l, 0, block_h / 2]) cylinder(d = screw_free, h = block_h);
    }
}

module block_outline() {
    offset(delta = 2, chamfer = true) offset(delta = -2) translate([-block_w / 2, 0]) square([block_w, block_h]);
}

// Outline of tongue and cheeks, from x = 0 to the axis at reach and round it,
// with a slope of 45 degrees under the round end.
module hinge_outline(reach) {
    translate([reach, hinge_r]) circle(r = hinge_r);
    square([reach, 2 * hinge_r]);
    polygon([[reach, 0], [reach + hinge_r * (sqrt(2) - 1), 0], [reach + hinge_r / sqrt(2), hinge_r * (1 - 1 / sqrt(2))], [reach, hinge_r]]);
}

// A plate with that outline, in the middle of y.
module hinge_plate(reach, thickness) {
    translate([0, thickness / 2, 0]) rotate([90, 0, 0]) linear_extrude(thickness) hinge_outline(reach);
}

module hinge_bore(reach) {
    translate([reach, block_w, hinge_r]) rotate([90, 0, 0]) linear_extrude(2 * block_w) lying_hole_2d(hinge_hole);
}
