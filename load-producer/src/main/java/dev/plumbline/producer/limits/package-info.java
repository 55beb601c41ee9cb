/**
 * What protects the target, and the purse of the one who pays for it: a bound on requests, tokens and cost, and a breaker
 * that stops hammering a target that fails.
 *
 * <p>Both are asked before a request is sent. Everything that is sent counts, warm-up and retries included, because
 * everything costs. No clock here: the time is a parameter. All methods may be called from any thread.
 */
@NullMarked
package dev.plumbline.producer.limits;

import org.jspecify.annotations.NullMarked;
