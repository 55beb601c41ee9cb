package dev.plumbline.aggregator.commit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommitHookTest {

    private final CommitHook hook = new CommitHook();
    private final List<String> written = new ArrayList<>();
    private final CommitParticipant one = () -> written.add("one");
    private final CommitParticipant two = () -> written.add("two");

    @Test
    void letsEveryParticipantOfTheThreadWrite() {
        hook.join(one);
        hook.join(two);

        hook.writeAllChanges();

        assertThat(written).containsExactly("one", "two");
    }

    @Test
    void letsOneThatJoinedTwiceWriteOnce() {
        hook.join(one);
        hook.join(one);

        hook.writeAllChanges();

        assertThat(written).containsExactly("one");
    }

    @Test
    void asksNobodyWhoLeftOrBelongsToAnotherThread() throws InterruptedException {
        hook.join(one);
        hook.leave(one);
        hook.leave(two);
        Thread other = new Thread(() -> hook.join(two));
        other.start();
        assertThat(other.join(Duration.ofSeconds(30)))
                .as("joining takes no time")
                .isTrue();

        hook.writeAllChanges();

        assertThat(written).isEmpty();
    }
}
