package dev.plumbline.cli.feed;

import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowRecord;

/** Hears of records in the order of their partition. The bytes are the record's own, not to be changed. */
public interface PipeListener {

    default void event(byte[] bytes, Event event) {}

    default void window(byte[] bytes, WindowRecord window) {}

    default void verdict(VerdictRecord verdict) {}

    default void alert(byte[] bytes, AlertRecord alert) {}
}
