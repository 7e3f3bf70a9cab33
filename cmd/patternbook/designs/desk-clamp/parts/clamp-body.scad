// Desk clamp: body. Print it lying on its side, as it is here, without supports.
// In this position x points to the table, y up in use, z is the width.
// The layers then run round the C, so that clamping pulls along them.
// SPDX-License-Identifier: CERN-OHL-W-2.0
// Copyright Patternbook contributors

include <dimensions.scad>

clamp_body();

module clamp_body() {
    mid = body_w / 2;
    difference() {
        linear_extrude(body_w) body_outline();

        // Socket for the post, open at the top.
        translate([post_x, jaw + post_depth + 1, mid]) lying_hole_y(post_hole, post_depth + 1);

        // Wing screw for the post, and the slot for its nut.
        translate([tower_back - 1, jaw + post_depth / 2, mid]) lying_hole_x(m5_hole, post_x - tower_back + 1);
        slot = m5_nut_m + clear;
        reach_down = m5_nut_s / cos(30) / 2 + 0.1;
        translate([tower_back + 3.5, jaw + post_depth / 2 - (m5_nut_s + clear) / 2, mid - reach_down])
            cube([slot, m5_nut_s + clear, body_w]);

        // Clamp screw through the lower jaw, and the slot for its nut.
        translate([screw_x, -gap + 1, mid]) lying_hole_y(screw_hole, jaw + 2);
        m8_slot = m8_nut_m + clear;
        m8_down = m8_head_s / cos(30) / 2 + 0.1;
        translate([screw_x - (m8_head_s + clear) / 2, -gap - 4 - m8_slot, mid - m8_down])
            cube([m8_head_s + clear, m8_slot, body_w]);
    }
}

// The C with its tower: inner corners rounded by 6, outer ones by 3.
module body_outline() {
    offset(r = 3) offset(delta = -3) offset(r = -6) offset(delta = 6) {
        translate([-spine, -gap - jaw]) square([spine, gap + 2 * jaw]);
        translate([-spine, 0]) square([spine + reach, jaw]);
        translate([-spine, -gap - jaw]) square([spine + reach, jaw]);
        translate([tower_back, jaw - 1]) square([tower_front - tower_back, post_depth + 1]);
        // Slope under the tower's overhang.
        polygon([[tower_back, jaw], [-spine, jaw], [-spine, jaw - 12]]);
    }
}
