package dev.plumbline.detector.watch;

/**
 * From where to where a partition is read before the detector knows all that there is.
 *
 * @param committedOffset records before it were wholly dealt with by an earlier start
 * @param startOffset the first record that will be read: all before it is in the snapshots
 * @param lastOffset the last record that there is as of now; below {@code startOffset} when there is none to read
 * @param isContinued whether the snapshots speak of this very topic, so that their offsets mean something
 */
public record Reading(long committedOffset, long startOffset, long lastOffset, boolean isContinued) {

    /** A partition without snapshots, from its beginning. */
    public static Reading fromBeginning(long committedOffset, long lastOffset) {
        return new Reading(committedOffset, 0, lastOffset, false);
    }
}
