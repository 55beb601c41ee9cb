/**
 * What several runs under different loads say together: the highest load at which goals hold, and where throughput saturates.
 * Pure.
 */
@NullMarked
package dev.plumbline.judgement.sweep;

import org.jspecify.annotations.NullMarked;
