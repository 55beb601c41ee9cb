package dev.plumbline.producer.dispatch;

import dev.plumbline.workload.RequestClass;
import dev.plumbline.workload.Session;
import dev.plumbline.workload.Workload;
import dev.plumbline.workload.Workload.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The lanes of a workload: one for each of its classes and tenants, and the same again for a canary. All of them are made before
 * anything is asked.
 */
public final class LaneTable implements Routing {

    /** Most lanes of one load: each has distributions, labels and windows of its own, wherever they are kept. */
    public static final int MOST_LANES = 64;

    /** What makes the lane of a class and a tenant. */
    @FunctionalInterface
    public interface Maker {

        /** @param tenant empty where the workload tells nobody apart */
        Lane lane(RequestClass requestClass, Optional<String> tenant);
    }

    private final Map<Kind, Lane> stable;
    private final Map<Kind, Lane> canaries;
    private final Division division;

    private LaneTable(Map<Kind, Lane> stable, Map<Kind, Lane> canaries, Division division) {
        this.stable = stable;
        this.canaries = canaries;
        this.division = division;
    }

    /**
     * Of one target.
     *
     * @throws IllegalArgumentException if there are more than {@value #MOST_LANES}
     */
    public static LaneTable of(Workload workload, Maker lanes) {
        return of(workload, lanes, Optional.empty(), new Division.Undivided());
    }

    /**
     * Of a target and a canary beside it.
     *
     * @throws IllegalArgumentException if there are more than {@value #MOST_LANES}
     */
    public static LaneTable of(Workload workload, Maker stable, Maker canary, Division division) {
        return of(workload, stable, Optional.of(canary), division);
    }

    private static LaneTable of(Workload workload, Maker stable, Optional<Maker> canary, Division division) {
        if (canary.isPresent() == division instanceof Division.Undivided) {
            throw new IllegalArgumentException(division + " of " + (canary.isPresent() ? "two targets" : "one target"));
        }
        List<Kind> kinds = workload.kinds();
        int variants = canary.isPresent() ? 2 : 1;
        if (kinds.isEmpty() || (long) variants * kinds.size() > MOST_LANES) {
            throw new IllegalArgumentException((long) variants * kinds.size() + " series (" + kinds.size()
                    + " classes of requests, each tenant apart, in " + variants + " variants), expected 1 to "
                    + MOST_LANES + ": use fewer classes or tenants");
        }
        return new LaneTable(
                lanes(kinds, stable), canary.map(maker -> lanes(kinds, maker)).orElse(Map.of()), division);
    }

    private static Map<Kind, Lane> lanes(List<Kind> kinds, Maker maker) {
        Map<Kind, Lane> lanes = new LinkedHashMap<>();
        kinds.forEach(kind -> lanes.put(kind, maker.lane(kind.requestClass(), kind.tenant())));
        return lanes;
    }

    @Override
    public Route route(long ordinal, Session session) {
        return switch (division) {
            case Division.Undivided unused -> Route.to(lane(stable, session));
            case Division.Split split -> Route.to(lane(split.isCanarys(ordinal) ? canaries : stable, session));
            case Division.Pairs unused -> Route.ofPair(lane(stable, session), lane(canaries, session));
        };
    }

    private static Lane lane(Map<Kind, Lane> lanes, Session session) {
        Kind kind = Kind.of(session);
        return Optional.ofNullable(lanes.get(kind))
                .orElseThrow(
                        () -> new IllegalStateException("a session is " + kind + ", which its workload did not name"));
    }

    @Override
    public List<Lane> lanes() {
        return Stream.concat(stable.values().stream(), canaries.values().stream())
                .toList();
    }

    /** For each variant, that of the target itself first: all sessions, as if there were no other variant. */
    public List<Routing> ofEachVariant() {
        return Stream.of(stable, canaries)
                .filter(lanes -> !lanes.isEmpty())
                .<Routing>map(lanes -> new LaneTable(lanes, Map.of(), new Division.Undivided()))
                .toList();
    }
}
