package dev.plumbline.aggregator.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.windowing.IntakeSnapshot;
import dev.plumbline.windowing.MergeSnapshot;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was stored yesterday is read and written today, byte for byte, however the classes are named now. */
class SnapshotCodecTest {

    private static final String GROUP =
            "{'target':'a','model':'m','scenario':'chat','loadPoint':'c8','tenant':'default'}";
    private static final String SERIES = "{'group':" + GROUP + ",'variant':'stable'}";
    private static final String ID = "{'series':" + SERIES + ",'startEpochMillis':1000011116000,'lengthMillis':1000}";
    private static final String NO_REQUESTS = "{'completed':0,'failed':{},'dropped':0,'cancelled':0,'retried':0}";
    private static final String SUMMARY = "{'requests':" + NO_REQUESTS
            + ",'latencies':{},'tokens':{'prompt':0,'output':0,'reasoning':0,'cached':0,'streamedOutput':9}"
            + ",'offered':3,'inFlightNanos':3000000,'slowest':{}}";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'progress','offset':41,'newestAppendEpochMillis':1000000001085,'livedMillis':77}",
                "{'type':'producer','producerId':'p0','lastAppendEpochMillis':1000000001085,'forgottenToEpoch':4,"
                        + "'epochs':[{'epoch':5,'sequences':{'highest':8,'forgottenTo':0,"
                        + "'missing':[{'first':1,'last':1}]}}]}",
                "{'type':'group','group':" + GROUP + ",'closedToEpochMillis':999999999000,'countedBeforeEpochMillis':0,"
                        + "'latestEndEpochMillis':1000000001000,'heardAppendEpochMillis':1000000001085}",
                "{'type':'hold','group':" + GROUP + ",'producerId':'p0','epoch':5,'spoken':true,'farBehind':false,"
                        + "'stalled':false,'untilEpochMillis':7,'heardAppendEpochMillis':1000000001085,"
                        + "'heardLivedMillis':70,'advancedLivedMillis':60}",
                "{'type':'series','series':" + SERIES + ",'lastWindowEndEpochMillis':1000000001000}",
                "{'type':'contribution','slot':3,'id':" + ID + ",'producerId':'p0','epoch':5,'late':false,'summary':"
                        + SUMMARY + ",'sickness':['CPU_SATURATED']}"
            })
    void keepsTheStoredFormOfAnIntake(String stored) {
        assertRoundTrip(new SnapshotCodec<>(IntakeSnapshot.class), stored);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'progress','offset':41,'sourcePartitions':3}",
                "{'type':'group','group':" + GROUP
                        + ",'closedToEpochMillis':999999999000,'heldToEpochMillis':{'2':999999999000},'lastStartEpochMillis':{'stable':999999998000},"
                        + "'highestForgottenRevision':2}",
                "{'type':'open','slot':0,'id':" + ID + ",'summary':" + SUMMARY + ",'excluded':{'requests':"
                        + NO_REQUESTS + ",'offered':0,'reasons':{}}}",
                "{'type':'final','id':" + ID + ",'revision':1}"
            })
    void keepsTheStoredFormOfAMerger(String stored) {
        assertRoundTrip(new SnapshotCodec<>(MergeSnapshot.class), stored);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'progress'}",
                "{'type':'progress','offset':41,'livedMillis':77}",
                "{'type':'progress','offset':41,'newestAppendEpochMillis':1,'livedMillis':77,'more':1}",
                "{'type':'standing','closedToEpochMillis':1,'announced':'ACTIVE'}"
            })
    void guessesNothing(String stored) {
        assertThatThrownBy(() -> new SnapshotCodec<>(IntakeSnapshot.class).decode(bytes(stored)))
                .hasMessageContaining("cannot read the stored IntakeSnapshot")
                .hasMessageContaining("plumbline.aggregator.application-id");
    }

    @Test
    void namesAFormOfAnotherVersion() {
        byte[] later = bytes("{}");
        later[0] = 9;

        assertThatThrownBy(() -> new SnapshotCodec<>(IntakeSnapshot.class).decode(later))
                .hasMessageContaining("has version 9, this program reads version 1");
        assertThatThrownBy(() -> new SnapshotCodec<>(IntakeSnapshot.class)
                        .decode("{\"type\":\"standing\"}".getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("has no version");
    }

    private static byte[] bytes(String stored) {
        byte[] json = stored.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        byte[] bytes = new byte[json.length + 1];
        bytes[0] = SnapshotCodec.VERSION;
        System.arraycopy(json, 0, bytes, 1, json.length);
        return bytes;
    }

    private static <S> void assertRoundTrip(SnapshotCodec<S> codec, String stored) {
        S snapshot = codec.decode(bytes(stored));

        assertThat(codec.encode(snapshot)).isEqualTo(bytes(stored));
    }
}
