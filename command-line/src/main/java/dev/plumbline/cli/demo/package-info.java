/** The demo: the whole pipe on one machine, a baseline learned, a regression injected and found. */
@NullMarked
package dev.plumbline.cli.demo;

import org.jspecify.annotations.NullMarked;
