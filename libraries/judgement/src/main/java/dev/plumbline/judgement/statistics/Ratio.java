package dev.plumbline.judgement.statistics;

/** Now / before, with its 95 % interval. */
public record Ratio(double value, double low, double high) {}
