/** Scenario files: the flags of a run, written down in YAML. */
@NullMarked
package dev.plumbline.cli.scenario;

import org.jspecify.annotations.NullMarked;
