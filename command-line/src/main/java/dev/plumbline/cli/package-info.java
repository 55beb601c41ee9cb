/**
 * The command line: what {@code ./plumb} runs. Plain picocli, no framework; the apps are child processes, never libraries.
 */
@NullMarked
package dev.plumbline.cli;

import org.jspecify.annotations.NullMarked;
