package dev.plumbline.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.client.Target;
import dev.plumbline.protocol.Ask;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.workload.RequestClass;
import dev.plumbline.workload.Session;
import dev.plumbline.workload.Workload;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LaneTableTest {

    /** Classes and tenants, dealt out in turn. */
    record Dealt(List<RequestClass> classes, List<String> tenants) implements Workload {

        static Dealt of(int classes, int tenants) {
            return new Dealt(
                    IntStream.range(0, classes)
                            .mapToObj(i -> new RequestClass("class" + i))
                            .toList(),
                    IntStream.range(0, tenants).mapToObj(i -> "tenant" + i).toList());
        }

        @Override
        public Session session(long ordinal) {
            RequestClass of = classes.get((int) (ordinal % classes.size()));
            Optional<String> whose = tenants.isEmpty()
                    ? Optional.empty()
                    : Optional.of(tenants.get((int) (ordinal / classes.size() % tenants.size())));
            Session one = Session.ofOne(of, Ask.of("ask " + ordinal, 8));
            return new Session() {
                @Override
                public RequestClass requestClass() {
                    return of;
                }

                @Override
                public Optional<String> tenant() {
                    return whose;
                }

                @Override
                public Optional<Turn> next(Optional<String> lastAnswer) {
                    return one.next(lastAnswer);
                }

                @Override
                public boolean isOver() {
                    return one.isOver();
                }
            };
        }

        @Override
        public boolean readsAnswers() {
            return false;
        }

        @Override
        public Workload salted(long salt) {
            return this;
        }
    }

    static LaneTable.Maker maker(String variant, int port) {
        Target target = new Target(
                Drive.at(port, EndpointType.CHAT), Drive.chat().keepingText(), Drive.timeouts(60_000, 60_000, 60_000));
        return (requestClass, tenant) -> new Lane(
                new Series(
                        new ComparisonGroup(
                                "t", "m", requestClass.name(), LoadPoint.parse("c1"), tenant.orElse("default")),
                        variant),
                target);
    }

    private static LaneTable table(Workload workload, Division division) {
        return LaneTable.of(workload, maker("stable", 1), maker("canary", 2), division);
    }

    private static Route route(LaneTable table, Workload workload, long ordinal) {
        return table.route(ordinal, workload.session(ordinal));
    }

    @Test
    void eachClassAndTenantHasASeries() {
        Dealt workload = Dealt.of(2, 3);
        LaneTable table = LaneTable.of(workload, maker("stable", 1));
        assertThat(table.lanes())
                .extracting(lane -> lane.series().group().scenario() + " "
                        + lane.series().group().tenant())
                .containsExactly(
                        "class0 tenant0",
                        "class0 tenant1",
                        "class0 tenant2",
                        "class1 tenant0",
                        "class1 tenant1",
                        "class1 tenant2");
        assertThat(route(table, workload, 3).base().series().group().scenario()).isEqualTo("class1");
        assertThat(route(table, workload, 3).base().series().group().tenant()).isEqualTo("tenant1");
    }

    @Test
    void aPairIsTheSameSeriesInTwoVariants() {
        Dealt workload = Dealt.of(3, 0);
        LaneTable table = table(workload, new Division.Pairs());
        for (long ordinal = 0; ordinal < 6; ordinal++) {
            Route route = route(table, workload, ordinal);
            Lane candidate = route.candidate().orElseThrow();
            assertThat(route.base().variant()).isEqualTo("stable");
            assertThat(candidate.variant()).isEqualTo("canary");
            assertThat(candidate.series().group())
                    .isEqualTo(route.base().series().group());
        }
        assertThat(table.lanes()).hasSize(6);
    }

    @Test
    void eachTargetCanBeAskedAlone() {
        Dealt workload = Dealt.of(2, 0);
        List<Routing> each = table(workload, new Division.Split(0.001, 1)).ofEachVariant();
        assertThat(each)
                .extracting(routing -> routing.lanes().getFirst().variant())
                .containsExactly("stable", "canary");
        assertThat(each.getLast()
                        .route(1, workload.session(1))
                        .base()
                        .series()
                        .group()
                        .scenario())
                .isEqualTo("class1");
    }

    @Test
    void thereAreNoMoreThanAreKeptApartElsewhere() {
        assertThat(table(Dealt.of(32, 0), new Division.Pairs()).lanes()).hasSize(LaneTable.MOST_LANES);
        assertThatThrownBy(() -> table(Dealt.of(33, 0), new Division.Pairs()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("66 series (33 classes of requests, each tenant apart, in 2 variants)")
                .hasMessageContaining("1 to 64")
                .hasMessageNotContaining("\n");
        assertThatThrownBy(() -> LaneTable.of(Dealt.of(9, 8), maker("stable", 1)))
                .hasMessageContaining("72 series (72 classes of requests, each tenant apart, in 1 variants)");
    }

    @Test
    void aSessionThatItsWorkloadDidNotNameIsAnError() {
        LaneTable table = LaneTable.of(Dealt.of(1, 0), maker("stable", 1));
        assertThatThrownBy(() -> table.route(0, Session.ofOne(new RequestClass("other"), Ask.of("x", 1))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("other");
    }
}
