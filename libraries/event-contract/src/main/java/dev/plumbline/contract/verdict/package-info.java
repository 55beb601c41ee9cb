/**
 * What the detector says: a verdict per series and window, alerts that explain themselves, and the baselines behind them.
 *
 * <p>A verdict record is also the detector's snapshot: state up to and including its source offset.
 */
@NullMarked
package dev.plumbline.contract.verdict;

import org.jspecify.annotations.NullMarked;
