package dev.plumbline.cli.control;

import dev.plumbline.contract.control.Scope;
import dev.plumbline.contract.series.Series;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Which series a command speaks of, by what is the same in all of them: a picocli mixin. */
public final class ScopeOptions {

    /** As alerts and tables name a series: {@code chat@stable}. */
    private static final Pattern SHORT = Pattern.compile("([^|@]+)@([^|@]+)");

    @CommandLine.Spec(CommandLine.Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--target", paramLabel = "NAME", description = "Only this target (its logical name).")
    private @Nullable String target;

    @Option(names = "--model", paramLabel = "NAME", description = "Only this model.")
    private @Nullable String model;

    @Option(names = "--scenario", paramLabel = "NAME", description = "Only this scenario.")
    private @Nullable String scenario;

    @Option(names = "--load", paramLabel = "LOAD", description = "Only under this load, for example c8 or r20-poisson.")
    private @Nullable String load;

    @Option(names = "--variant", paramLabel = "NAME", description = "Only this variant, for example canary.")
    private @Nullable String variant;

    @Option(names = "--tenant", paramLabel = "NAME", description = "Only this tenant.")
    private @Nullable String tenant;

    @Option(names = "--all", description = "Every series there is.")
    private boolean all;

    /** Whether an option of these was given. */
    public boolean isGiven() {
        return all
                || Optional.ofNullable(target)
                        .or(() -> Optional.ofNullable(model))
                        .or(() -> Optional.ofNullable(scenario))
                        .or(() -> Optional.ofNullable(load))
                        .or(() -> Optional.ofNullable(variant))
                        .or(() -> Optional.ofNullable(tenant))
                        .isPresent();
    }

    /**
     * The series that are spoken of.
     *
     * @param series one by its name, {@code SCENARIO@VARIANT} or the key of {@code /api/state}
     * @throws ParameterException if nothing says which, two things do, or the name is none
     */
    public Scope scope(Optional<String> series) {
        if (series.isPresent() == isGiven()) {
            throw wrong(
                    series.isPresent()
                            ? "'" + series.get() + "' says which series already: give it alone, or the flags alone"
                            : "which series? give one as SCENARIO@VARIANT, or --target, --model ..., or --all");
        }
        try {
            return series.map(this::named)
                    .orElseGet(() -> new Scope(
                            Optional.ofNullable(target),
                            Optional.ofNullable(model),
                            Optional.ofNullable(variant),
                            Optional.ofNullable(scenario),
                            Optional.ofNullable(load),
                            Optional.ofNullable(tenant)));
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private Scope named(String text) {
        Matcher brief = SHORT.matcher(text);
        if (brief.matches()) {
            return new Scope(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(brief.group(2)),
                    Optional.of(brief.group(1)),
                    Optional.empty(),
                    Optional.empty());
        }
        return Series.ofLane(text)
                .map(Scope::of)
                .orElseThrow(() -> wrong("'" + text + "' is no series: write SCENARIO@VARIANT as alerts do, for example"
                        + " chat@stable, or the key that /api/state of the detector tells"));
    }

    /** In words. */
    public static String told(Scope scope) {
        StringBuilder told = new StringBuilder();
        scope.target().ifPresent(name -> told.append(", target ").append(name));
        scope.model().ifPresent(name -> told.append(", model ").append(name));
        scope.scenario().ifPresent(name -> told.append(", scenario ").append(name));
        scope.load().ifPresent(name -> told.append(", load ").append(name));
        scope.variant().ifPresent(name -> told.append(", variant ").append(name));
        scope.tenant().ifPresent(name -> told.append(", tenant ").append(name));
        return told.isEmpty() ? "everything" : told.substring(2);
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
