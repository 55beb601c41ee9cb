/** What verdicts and alerts say to people on a terminal. */
@NullMarked
package dev.plumbline.cli.wording;

import org.jspecify.annotations.NullMarked;
