package dev.plumbline.producer;

import dev.plumbline.producer.client.AnswerNotes;
import dev.plumbline.producer.client.ConnectionReuse;

/** What is learned of one target while it is driven, by all event loops together. */
record TargetNotes(ConnectionReuse connections, AnswerNotes answers) {}
