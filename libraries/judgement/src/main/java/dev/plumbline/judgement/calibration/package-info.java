/**
 * One baseline for both judges: what a run measured, as the record that a detector holds windows against. The numbers are those that
 * the detector would have learned from the same windows.
 */
@NullMarked
package dev.plumbline.judgement.calibration;

import org.jspecify.annotations.NullMarked;
