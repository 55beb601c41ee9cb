/**
 * What a producer says: one event per ended request, and heartbeats that say until when everything has been said.
 *
 * <p>Contract of a partition: a producer's records carry ascending sequence numbers, counted per producer epoch and
 * partition over requests and heartbeats alike. A heartbeat follows the requests that it speaks for.
 *
 * <p>Trap: stamps are monotonic and belong to one producer epoch. Only {@code endEpochMillis} may be compared between
 * producers, and only to place an event in a window.
 */
@NullMarked
package dev.plumbline.contract.event;

import org.jspecify.annotations.NullMarked;
