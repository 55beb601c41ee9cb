package dev.plumbline.producer.emission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.event.Attempt;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.emission.MarkedQueue.Item;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.recorder.RequestRecording;
import dev.plumbline.producer.recorder.TokenChoice;
import dev.plumbline.producer.time.ManualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MarkedQueueTest {

    private static final Series SERIES =
            new Series(new ComparisonGroup("t", "m", "chat", LoadPoint.parse("c1"), "default"), "stable");
    private static final EndedRequest REQUEST = new RequestRecording(
                    SERIES,
                    Attempt.first("r-1"),
                    new ManualClock(1_000),
                    true,
                    0,
                    0,
                    new RequestRecording.Texts(TokenChoice.AUTO, Optional.empty(), false))
            .dropped(1, Outcome.DropReason.IN_FLIGHT_CAP);

    private static Marker marker(int loop, long atNanos) {
        return new Marker(loop, atNanos, Map.of(), false);
    }

    @Test
    void requestsAndMarkersLeaveInTheOrderInWhichTheyCame() throws InterruptedException {
        MarkedQueue queue = new MarkedQueue(10, 1);
        queue.mark(marker(0, 1));
        queue.ended(REQUEST);
        queue.mark(marker(0, 2));
        queue.ended(REQUEST);
        assertThat(queue.poll(0)).contains(new Item.Marked(marker(0, 1)));
        List<Item> rest = new ArrayList<>();
        queue.drainTo(rest, 2);
        assertThat(rest).containsExactly(new Item.Ended(REQUEST), new Item.Marked(marker(0, 2)));
        queue.drainTo(rest, 2);
        assertThat(rest).hasSize(3);
        assertThat(queue.poll(0)).isEmpty();
    }

    @Test
    void aQueueFullOfRequestsStillTakesMarkers() {
        MarkedQueue queue = new MarkedQueue(2, 1);
        assertThat(queue.isHalfFull()).isFalse();
        assertThat(queue.ended(REQUEST)).isTrue();
        assertThat(queue.isHalfFull()).isFalse();
        assertThat(queue.ended(REQUEST)).isTrue();
        assertThat(queue.isHalfFull()).isTrue();
        assertThat(queue.ended(REQUEST)).isFalse();
        assertThat(queue.mark(marker(0, 1))).isTrue();
        assertThat(queue.size()).isEqualTo(3);
    }

    @Test
    void requestsAreBoundedInBytesAndWhatIsTakenOutMakesRoom() throws InterruptedException {
        MarkedQueue queue = new MarkedQueue(1_000, 3 * REQUEST.retainedBytes(), 1);
        for (int i = 0; i < 3; i++) {
            assertThat(queue.ended(REQUEST)).isTrue();
        }
        assertThat(queue.isHalfFull()).isTrue();
        assertThat(queue.ended(REQUEST)).isFalse();
        assertThat(queue.mark(marker(0, 1))).isTrue();
        assertThat(queue.bytes()).isEqualTo(3 * REQUEST.retainedBytes());
        assertThat(queue.poll(0)).isPresent();
        queue.drainTo(new ArrayList<>(), 1);
        assertThat(queue.bytes()).isEqualTo(REQUEST.retainedBytes());
        assertThat(queue.ended(REQUEST)).isTrue();
    }

    @Test
    void markersAreBoundedPerLoopButTheLastAlwaysFits() {
        MarkedQueue queue = new MarkedQueue(1, 2);
        for (int i = 0; i < MarkedQueue.MAX_MARKERS_PER_LOOP; i++) {
            assertThat(queue.mark(marker(0, i))).isTrue();
        }
        assertThat(queue.mark(marker(0, 99))).isFalse();
        assertThat(queue.mark(marker(1, 99))).as("of another loop").isTrue();
        assertThat(queue.mark(new Marker(0, 100, Map.of(), true))).isTrue();
    }

    @Test
    void aMarkerThatWasTakenOutMakesRoomWhenItIsReleased() throws InterruptedException {
        MarkedQueue queue = new MarkedQueue(1, 1);
        for (int i = 0; i < MarkedQueue.MAX_MARKERS_PER_LOOP; i++) {
            queue.mark(marker(0, i));
        }
        Item.Marked taken = (Item.Marked) queue.poll(0).orElseThrow();
        assertThat(queue.mark(marker(0, 8))).as("it is still carried").isFalse();
        queue.release(taken.marker());
        assertThat(queue.mark(marker(0, 8))).isTrue();
        assertThat(queue.mark(marker(0, 9))).isFalse();
    }

    @Test
    void aQueueWithoutRoomOrLoopsIsRefused() {
        assertThatThrownBy(() -> new MarkedQueue(0, 1)).hasMessage("capacity 0, 50331648 bytes, for 1 loops");
        assertThatThrownBy(() -> new MarkedQueue(1, 0)).hasMessage("capacity 1, 50331648 bytes, for 0 loops");
    }
}
