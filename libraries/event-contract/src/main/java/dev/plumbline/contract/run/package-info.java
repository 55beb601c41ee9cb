/** The record of one run: what was planned, where it ran, what came of it. */
@NullMarked
package dev.plumbline.contract.run;

import org.jspecify.annotations.NullMarked;
