package dev.plumbline.contract.telemetry;

import java.util.Objects;
import java.util.Optional;

/**
 * Which GPU, or which slice of one.
 *
 * @param index as the tool counts; a MIG instance is {@code 0/1}: instance 1 of GPU 0
 * @param uuid where the tool tells
 * @param name product name, where the tool tells
 */
public record GpuIdentity(String index, Optional<String> uuid, Optional<String> name) {

    public GpuIdentity {
        Observation.requireName("index", index);
        Objects.requireNonNull(uuid, "uuid");
        Objects.requireNonNull(name, "name");
        uuid.ifPresent(text -> Observation.requireName("uuid", text));
        name.ifPresent(text -> Observation.requireName("name", text));
    }
}
