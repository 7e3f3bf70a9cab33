// LED head: dimensions that its parts share, in millimetres.
// SPDX-License-Identifier: CERN-OHL-W-2.0
// Copyright Patternbook contributors

$fn = 48;

wall = 2.4;
back = 2.4;             // back plate, which is on top in use
head_h = 30;            // walls, measured from the outside of the back plate

// Heat spreader: aluminium flat bar.
bar_l = 150;
bar_w = 50;
bar_t = 2;
bar_hole_pitch = 138;
bar_lift = 8;           // air gap between back plate and bar

// Bay for the bar: air passes on both sides of it.
bay_l = bar_l + 4;
bay_w = bar_w + 12;

// Box for switch and wiring.
box_l = 30;
lid_t = 2;
head_w = bay_w + 2 * wall;
box_x = -2 * wall - box_l;    // outside of the end wall; x = 0 is where the bay begins

// Tapping screw ISO 7049 ST2.9 x 9.5.
pilot = 2.4;
screw_free = 3.2;
lid_bosses = [[-wall - box_l + 4, -bay_w / 2 + 4], [-wall - 4, bay_w / 2 - 4]];

// Rocker switch: snap-in, cut-out 13 mm x 19.2 mm.
switch_w = 13.2;
switch_h = 19.4;
switch_panel = 1.6;     // what the wall is thinned to
switch_x = -18.4;

// Lead and its strain relief (cable tie 2.5 mm).
lead_hole = 6.4;
lead_y = -19;

// LED strip.
strips = 4;
strip_l = 125;
strip_w = 8;
strip_pitch = 12;

// Hinge tongue. It fits a fork with a slot of 10.6 mm and a bolt M6, such as the joints of the bench lamp.
hinge_t = 10;
hinge_r = 12;
hinge_hole = 6.4;
hinge_reach = 22;       // axis in front of the end wall: room for a wing nut M6

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
