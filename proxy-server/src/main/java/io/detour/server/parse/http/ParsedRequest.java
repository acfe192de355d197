package io.detour.server.parse.http;

import io.detour.core.HostPort;
import io.detour.server.account.RequestKind;
import io.detour.server.status.Refusal;
import org.jspecify.annotations.Nullable;

/** What a request head asks for. */
public sealed interface ParsedRequest
    permits ForwardRequest, ParsedRequest.Connect, ParsedRequest.AutoConfig, ParsedRequest.Refused {
  /** What it is counted as. */
  RequestKind kind();

  /**
   * A tunnel is asked for.
   *
   * @param target where to
   */
  record Connect(HostPort target) implements ParsedRequest {
    @Override
    public RequestKind kind() {
      return RequestKind.CONNECT;
    }
  }

  /**
   * The proxy itself is asked for the file that tells browsers when to use it.
   *
   * @param host the field {@code Host}, or null
   * @param withContent whether more than the head is wanted
   */
  record AutoConfig(@Nullable String host, boolean withContent) implements ParsedRequest {
    @Override
    public RequestKind kind() {
      return RequestKind.FORWARD;
    }
  }

  /**
   * The head is not served.
   *
   * @param kind what it would have been
   * @param refusal the answer
   */
  record Refused(RequestKind kind, Refusal refusal) implements ParsedRequest {}
}
