/** Commands that tell the detector something: records of the controls topic. */
@NullMarked
package dev.plumbline.cli.control;

import org.jspecify.annotations.NullMarked;
