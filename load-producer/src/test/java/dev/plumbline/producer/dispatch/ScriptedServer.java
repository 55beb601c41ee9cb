package dev.plumbline.producer.dispatch;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A server on a real socket that answers each request by a script, one thread per connection. */
final class ScriptedServer implements AutoCloseable {

    /** Answers one request; returns false to close the connection. */
    @FunctionalInterface
    interface Script {
        boolean answer(OutputStream out) throws IOException, InterruptedException;
    }

    /** Answers a request that knows which of its connection it is, from 0; returns false to end the connection. */
    @FunctionalInterface
    interface NumberedScript {
        boolean answer(OutputStream out, int ordinal) throws IOException, InterruptedException;
    }

    /** How a connection ends. */
    enum Ending {
        CLOSE,
        RESET,
        /** Nothing more is said, but what comes is still read. */
        HALF_CLOSE
    }

    private final ServerSocket listener;
    private final NumberedScript script;
    private final Ending ending;
    private final int idleMillis;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    /** Heads of the requests that came. */
    final ConcurrentLinkedQueue<String> heads = new ConcurrentLinkedQueue<>();

    /** Connections that were closed because nothing came on them. */
    final AtomicInteger idleClosed = new AtomicInteger();

    ScriptedServer(Script script) throws IOException {
        this(script, false);
    }

    /** @param resets whether a connection ends with a reset instead of an orderly close */
    ScriptedServer(Script script, boolean resets) throws IOException {
        this((out, ordinal) -> script.answer(out), resets ? Ending.RESET : Ending.CLOSE, 0);
    }

    /** @param idleMillis how long a connection waits for a request before the server closes it, 0 = for ever */
    ScriptedServer(NumberedScript script, Ending ending, int idleMillis) throws IOException {
        this.script = script;
        this.ending = ending;
        this.idleMillis = idleMillis;
        this.listener = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    int connections() {
        return sockets.size();
    }

    static void status(OutputStream out, String status, String headers, String body) throws IOException {
        text(
                out,
                "HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\n" + headers + "Content-Length: "
                        + body.length() + "\r\n\r\n" + body);
    }

    static void streamHead(OutputStream out) throws IOException {
        text(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    }

    static void event(OutputStream out, String data) throws IOException {
        String event = "data: " + data + "\n\n";
        text(out, Integer.toHexString(event.length()) + "\r\n" + event + "\r\n");
    }

    static void role(OutputStream out) throws IOException {
        event(out, "{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}");
    }

    static void content(OutputStream out) throws IOException {
        event(out, "{\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":null}]}");
    }

    static void finish(OutputStream out) throws IOException {
        event(out, "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}");
        event(out, "{\"choices\":[],\"usage\":{\"prompt_tokens\":4,\"completion_tokens\":3}}");
    }

    static void streamEnd(OutputStream out) throws IOException {
        event(out, "[DONE]");
        text(out, "0\r\n\r\n");
    }

    static boolean wholeAnswer(OutputStream out) throws IOException {
        streamHead(out);
        role(out);
        content(out);
        content(out);
        finish(out);
        streamEnd(out);
        return true;
    }

    static void text(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                if (ending == Ending.RESET) {
                    socket.setSoLinger(true, 0);
                }
                sockets.add(socket);
                daemon(() -> serve(socket));
            }
        } catch (IOException e) {
            heads.add("listener closed");
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            int ordinal = 0;
            while (takeRequest(in) && script.answer(socket.getOutputStream(), ordinal)) {
                ordinal++;
                socket.setSoTimeout(idleMillis);
            }
            if (ending == Ending.HALF_CLOSE) {
                socket.shutdownOutput();
                in.transferTo(OutputStream.nullOutputStream());
            }
        } catch (SocketTimeoutException e) {
            idleClosed.incrementAndGet();
        } catch (IOException e) {
            heads.add("connection lost: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean takeRequest(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int b = in.read();
            if (b < 0) {
                return false;
            }
            head.append((char) b);
        }
        int length = head.toString()
                .lines()
                .map(line -> line.toLowerCase(Locale.ROOT))
                .filter(line -> line.startsWith("content-length:"))
                .mapToInt(line ->
                        Integer.parseInt(line.substring(line.indexOf(':') + 1).strip()))
                .findFirst()
                .orElse(0);
        in.readNBytes(length);
        heads.add(head.toString());
        return true;
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "scripted-server");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
