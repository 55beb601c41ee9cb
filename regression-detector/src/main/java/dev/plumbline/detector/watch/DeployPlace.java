package dev.plumbline.detector.watch;

/**
 * Where deploys are counted together.
 *
 * @param target empty where a marker speaks of all targets
 * @param variant empty where a marker speaks of all variants
 */
public record DeployPlace(String target, String variant) {}
