package dev.plumbline.aggregator.commit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommitHookTest {

    private final CommitHook hook = new CommitHook();
    private final List<String> written = new ArrayList<>();
    private final CommitParticipant one = new Participant("one");
    private final CommitParticipant two = new Participant("two");

    private final class Participant implements CommitParticipant {
        private final String name;

        Participant(String name) {
            this.name = name;
        }

        @Override
        public void writeChanges() {
            written.add(name);
        }

        @Override
        public void committed() {
            written.add(name + " committed");
        }

        @Override
        public void aborted() {
            written.add(name + " aborted");
        }
    }

    @Test
    void tellsEveryParticipantHowTheTransactionEnded() {
        hook.join(one);
        hook.join(two);

        hook.commitAll();
        hook.abortAll();

        assertThat(written).containsExactly("one committed", "two committed", "one aborted", "two aborted");
    }

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
