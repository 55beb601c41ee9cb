/** How a command ends. */
@NullMarked
package dev.plumbline.cli.outcome;

import org.jspecify.annotations.NullMarked;
