// Bench lamp: joint with a tongue, at the lower end of the arm.
// Print it lying, as it is here, without supports.
// SPDX-License-Identifier: CERN-OHL-S-2.0
// Copyright Patternbook contributors

include <dimensions.scad>

joint_tongue();

module joint_tongue() {
    difference() {
        union() {
            socket_block();
            translate([-0.01, 0, 0]) hinge_plate(tongue_reach + 0.01, tongue_t);
            // Broader at the block.
            linear_extrude(block_h) polygon([[-1, -8], [0, -8], [3, -tongue_t / 2], [3, tongue_t / 2], [0, 8], [-1, 8]]);
        }
        hinge_bore(tongue_reach);
    }
}
