/**
 * What comes out of the pipe, as a command sees it: events, windows, verdicts and alerts, decoded, committed ones only.
 */
@NullMarked
package dev.plumbline.cli.feed;

import org.jspecify.annotations.NullMarked;
