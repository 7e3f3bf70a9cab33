// LED head: housing and shade. Print it with the back plate down, as it is here, without supports.
// x runs along the head; the bay for the heat spreader begins at x = 0, the hinge is at the other end.
// SPDX-License-Identifier: CERN-OHL-W-2.0
// Copyright Patternbook contributors

include <dimensions.scad>

lamp_housing();

module lamp_housing() {
    difference() {
        union() {
            shell();
            bar_rests();
            for (p = lid_bosses) translate([p[0], p[1], 0]) lid_boss();
            hinge_tongue();
            // The end wall is thicker where the tongue begins.
            translate([box_x + wall, -14, 0]) cube([3, 28, 24]);
        }
        bar_pilots();
        for (p = lid_bosses) translate([p[0], p[1], head_h - 10]) cylinder(d = pilot, h = 11);
        vents();
        switch_cutout();
        lead_entry();
    }
}

module shell() {
    difference() {
        translate([box_x, -head_w / 2, 0]) rounded_block([bay_l + wall - box_x, head_w, head_h]);
        translate([0, -bay_w / 2, back]) cube([bay_l, bay_w, head_h]);
        translate([-wall - box_l, -bay_w / 2, back]) cube([box_l, bay_w, head_h]);
        // Wires pass from the box to the bay, under the cover.
        translate([-wall - 1, lead_y - 6, head_h - 8]) cube([wall + 2, 12, 9]);
    }
}

module rounded_block(size) {
    linear_extrude(size[2]) offset(r = 2) offset(delta = -2) square([size[0], size[1]]);
}

// The bar lies on a rest at each end, and is screwed to the boss in its middle.
module bar_rests() {
    for (x = [2 + 6, 2 + bar_l - 6]) translate([x, 0, 0]) {
        translate([-1.5, -20, 0]) cube([3, 40, back + bar_lift]);
        cylinder(d = 9, h = back + bar_lift);
    }
}

module bar_pilots() {
    for (x = [2 + bar_l / 2 - bar_hole_pitch / 2, 2 + bar_l / 2 + bar_hole_pitch / 2])
        translate([x, 0, 1.4]) cylinder(d = pilot, h = head_h);
}

// A boss in the corner of the box, grown out to both walls.
module lid_boss() {
    translate([0, 0, back - 1]) linear_extrude(head_h - back + 1) intersection() {
        union() {
            circle(d = 8);
            translate([-4.5, -4.5]) square(4.5);
            rotate(180) translate([-4.5, -4.5]) square(4.5);
        }
        square(9, center = true);
    }
}

// Warm air leaves behind the bar.
module vents() {
    for (i = [0:10]) translate([2 + bar_l / 2 + (i - 5) * 11 - 2, -22, -1]) cube([4, 44, back + 2]);
}

module switch_cutout() {
    z = head_h / 2;
    translate([switch_x - switch_w / 2, bay_w / 2 - 1, z - switch_h / 2]) cube([switch_w, wall + 2, switch_h]);
    // The clips of the switch want a thin wall.
    translate([switch_x - switch_w / 2 - 1, bay_w / 2 - 0.01, z - switch_h / 2 - 1.5])
        cube([switch_w + 2, wall - switch_panel, switch_h + 3]);
}

module lead_entry() {
    z = back + lead_hole / 2;
    translate([box_x - 1, lead_y, z]) rotate([90, 0, 90]) linear_extrude(wall + 2) lying_hole_2d(lead_hole);
    // A cable tie round the lead, through the back plate.
    for (side = [-1, 1]) translate([-22, lead_y + side * 5 - 1, -1]) cube([3.4, 2, back + 2]);
}

module hinge_tongue() {
    axis = box_x - hinge_reach;
    difference() {
        union() {
            translate([0, hinge_t / 2, 0]) rotate([90, 0, 0]) linear_extrude(hinge_t) union() {
                translate([axis, hinge_r]) circle(r = hinge_r);
                translate([axis, 0]) square([hinge_reach + wall, 2 * hinge_r]);
                // A slope of 45 degrees below the round end, so that it prints without supports.
                polygon([[axis, 0], [axis - hinge_r * (sqrt(2) - 1), 0], [axis - hinge_r / sqrt(2), hinge_r * (1 - 1 / sqrt(2))], [axis, hinge_r]]);
            }
            // Broader at the wall.
            linear_extrude(2 * hinge_r) polygon([[box_x + 1, -11], [box_x, -11], [box_x - 5, -hinge_t / 2], [box_x - 5, hinge_t / 2], [box_x, 11], [box_x + 1, 11]]);
        }
        translate([axis, hinge_t / 2 + 1, hinge_r]) rotate([90, 0, 0]) linear_extrude(hinge_t + 2) lying_hole_2d(hinge_hole);
    }
}
