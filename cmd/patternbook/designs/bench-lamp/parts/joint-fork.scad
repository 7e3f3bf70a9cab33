// Bench lamp: joint with two cheeks, one at the top of the post and one at the end of the arm.
// Print it lying, as it is here, without supports.
// SPDX-License-Identifier: CERN-OHL-S-2.0
// Copyright Patternbook contributors

include <dimensions.scad>

joint_fork();

module joint_fork() {
    difference() {
        union() {
            socket_block();
            difference() {
                translate([-0.01, 0, 0]) hinge_plate(fork_reach + 0.01, block_w);
                translate([0, -slot / 2, -1]) cube([fork_reach + 2 * hinge_r, slot, block_h + 2]);
                // The lower edges go on from those of the block.
                for (side = [0, 1]) mirror([0, side, 0]) translate([-1, -block_w / 2, 0]) rotate([90, 0, 90])
                    linear_extrude(60) polygon([[-1, -1], [2 + 1, -1], [-1, 2 + 1]]);
            }
        }
        hinge_bore(fork_reach);
        // Pocket for the head of the bolt, with a flat side upwards: a short bridge.
        translate([fork_reach, -block_w / 2 + m6_head_pocket, hinge_r]) rotate([90, 0, 0])
            cylinder(d = (m6_head_s + 0.3) / cos(30), h = 10, $fn = 6);
    }
}
