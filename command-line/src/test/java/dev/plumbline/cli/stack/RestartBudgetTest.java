package dev.plumbline.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RestartBudgetTest {

    private static final RestartBudget.Policy FOUR_IN_A_ROW =
            new RestartBudget.Policy(4, Duration.ofMinutes(5), Duration.ofSeconds(1), Duration.ofSeconds(3));

    private final RestartBudget budget = new RestartBudget(FOUR_IN_A_ROW);

    private void serves(Duration duration) {
        budget.served(duration.toNanos());
    }

    private List<Duration> takeAll() {
        List<Duration> pauses = new ArrayList<>();
        for (Optional<Duration> pause = budget.take(); pause.isPresent(); pause = budget.take()) {
            pauses.add(pause.get());
            assertThat(pauses).as("it has an end").hasSizeLessThan(100);
        }
        return pauses;
    }

    @Test
    void pausesGrowToTheLongestAndTheBudgetEnds() {
        assertThat(takeAll())
                .containsExactly(
                        Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3), Duration.ofSeconds(3));
        assertThat(budget.left()).isZero();
        assertThat(budget.take()).as("and stays at its end").isEmpty();
    }

    @Test
    void healthyTimeGivesStartsBackOneAfterTheOther() {
        takeAll();
        serves(Duration.ofMinutes(5).minusNanos(1));
        assertThat(budget.left()).isZero();
        serves(Duration.ofNanos(1));
        assertThat(budget.left()).isEqualTo(1);
        serves(Duration.ofMinutes(10));
        assertThat(budget.left()).isEqualTo(3);
        assertThat(budget.take()).as("the pause shrinks, too").contains(Duration.ofSeconds(2));
    }

    @Test
    void noMoreIsGivenBackThanWasTaken() {
        serves(Duration.ofDays(365));
        assertThat(takeAll()).hasSize(4);
    }

    @Test
    void healthBeforeTheFirstEndIsNotSavedUp() {
        serves(Duration.ofMinutes(4));
        assertThat(budget.take()).isPresent();
        serves(Duration.ofMinutes(4));
        assertThat(budget.left()).isEqualTo(3);
    }

    @Test
    void timeThatRanBackwardsIsNone() {
        takeAll();
        serves(Duration.ofHours(-1));
        assertThat(budget.left()).isZero();
    }

    @Test
    void onePartThatEndsEveryTenMinutesMayDoSoForEver() {
        for (int week = 0; week < 1_008; week++) {
            assertThat(budget.take()).contains(Duration.ofSeconds(1));
            serves(Duration.ofMinutes(10));
        }
    }

    @Test
    void aPolicyThatIsNoneIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RestartBudget.Policy(
                        0, Duration.ofMinutes(5), Duration.ofSeconds(1), Duration.ofSeconds(3)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RestartBudget.Policy(
                        1, Duration.ofMinutes(5), Duration.ofSeconds(3), Duration.ofSeconds(1)));
    }
}
