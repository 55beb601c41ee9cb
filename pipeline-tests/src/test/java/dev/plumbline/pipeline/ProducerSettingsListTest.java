package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.producer.ProducerConfig;
import io.smallrye.config.WithName;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The command line knows by a list which settings the load producer takes: it is that of the producer. */
class ProducerSettingsListTest {

    private static final String LIST = "/dev/plumbline/cli/run/producer-settings.txt";

    @Test
    void theListIsThatOfTheProducer() throws IOException {
        List<String> wanted =
                settings("plumbline.", ProducerConfig.class).sorted().toList();
        assertThat(wanted).hasSizeGreaterThan(100);
        try (InputStream list = ProducerSettingsListTest.class.getResourceAsStream(LIST)) {
            assertThat(new String(list.readAllBytes(), StandardCharsets.UTF_8).lines())
                    .as("lines of command-line/src/main/resources%s:\n%s\n", LIST, String.join("\n", wanted))
                    .containsExactlyElementsOf(wanted);
        }
    }

    /** A line for each: the key, a blank, what it takes. */
    private static Stream<String> settings(String prefix, Class<?> group) {
        return Arrays.stream(group.getDeclaredMethods())
                .filter(method -> !method.isSynthetic() && method.getParameterCount() == 0)
                .flatMap(method -> setting(prefix + key(method), method.getGenericReturnType()));
    }

    private static Stream<String> setting(String key, Type type) {
        if (type instanceof ParameterizedType of) {
            Type last = of.getActualTypeArguments()[of.getActualTypeArguments().length - 1];
            return of.getRawType() == Map.class
                    ? Stream.of(key + ".* text")
                    : of.getRawType() == List.class ? Stream.of(key + " list") : setting(key, last);
        }
        Class<?> plain = (Class<?>) type;
        if (plain.isInterface() && plain.getEnclosingClass() == ProducerConfig.class) {
            return settings(key + '.', plain);
        }
        return Stream.of(key + ' ' + kind(plain));
    }

    private static String kind(Class<?> type) {
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(constant -> ((Enum<?>) constant).name())
                    .collect(Collectors.joining("|"));
        }
        if (type == boolean.class) {
            return "true|false";
        }
        if (type == int.class || type == long.class || type == OptionalInt.class || type == OptionalLong.class) {
            return "whole";
        }
        if (type == double.class || type == OptionalDouble.class) {
            return "number";
        }
        return type == Duration.class ? "duration" : "text";
    }

    private static String key(Method method) {
        return Optional.ofNullable(method.getAnnotation(WithName.class))
                .map(WithName::value)
                .orElseGet(() -> method.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT));
    }
}
