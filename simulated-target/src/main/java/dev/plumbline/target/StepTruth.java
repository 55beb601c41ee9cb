package dev.plumbline.target;

import java.util.OptionalLong;

/**
 * What an engine that works in steps did with one request.
 *
 * @param queueNanos from its receipt to the begin of the first step that worked on it; absent when none did
 * @param cachedTokens prompt tokens that the prefix cache had when it was first admitted
 * @param preemptions how often its KV blocks were taken away and computed anew
 * @param outOfMemory whether it failed because the GPU's memory ran out
 */
public record StepTruth(OptionalLong queueNanos, int cachedTokens, int preemptions, boolean outOfMemory) {}
