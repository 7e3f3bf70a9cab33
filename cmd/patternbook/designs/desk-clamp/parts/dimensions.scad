// Desk clamp: dimensions that its parts share, in millimetres.
// SPDX-License-Identifier: CERN-OHL-W-2.0
// Copyright Patternbook contributors

$fn = 64;

clear = 0.3;            // added to across-flats and thickness of what is put in

// Post: 16 mm tube or dowel, upright in the body.
post_d = 16;
post_hole = post_d + 0.4;
post_depth = 40;

// Clamp screw: hexagon bolt ISO 4017 M8 x 80, threaded up to its head.
screw_l = 80;
screw_hole = 8.6;
m8_head_s = 13;         // across flats, of bolt head and nut
m8_head_k = 5.3;        // height of the bolt head
m8_nut_m = 6.8;         // height of the nut, ISO 4032

// Post screw: wing screw DIN 316 M5 x 16 in a nut ISO 4032 M5.
m5_hole = 5.5;
m5_nut_s = 8;
m5_nut_m = 4.7;

// Body.
body_w = 32;            // width, which is the height when it is printed
spine = 22;             // thickness of the back
jaw = 18;               // thickness of both jaws
reach = 44;             // length of the jaws in front of the back
gap = 60;               // between the jaws
screw_x = 26;           // clamp screw, in front of the back
post_x = -6;            // axis of the post
tower_back = -26;       // the side with the wing screw
tower_front = 8;

// Pressure pad: a magnet in it holds the steel screw tip, so it stays and turns freely.
pad_d = 30;
pad_floor = 4;
pad_magnet_d = 8;
pad_magnet_h = 3;
pad_seat = 4;           // how far the tip dips in
pad_h = pad_floor + pad_magnet_h + pad_seat;

// Knob.
knob_d = 40;
knob_floor = 6;         // between bolt head and lock nut
knob_pocket = 6;        // for the bolt head
knob_h = knob_floor + knob_pocket;

sheet = 1;              // anti-slip sheet on both jaws

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

// Such a hole along y, from the origin to -l.
module lying_hole_y(d, l) { rotate([90, 0, 0]) linear_extrude(l) lying_hole_2d(d); }

// Such a hole along x, from the origin to l.
module lying_hole_x(d, l) { rotate([90, 0, 90]) linear_extrude(l) lying_hole_2d(d); }

// Hexagon prism by its width across flats, points along x.
module hexagon(s, h) { cylinder(d = s / cos(30), h = h, $fn = 6); }
