package io.detour.server.parse.http;

import io.detour.core.HostPort;
import io.detour.server.account.RequestKind;
import io.detour.server.status.Refusal;
import org.jspecify.annotations.Nullable;

/** What a request head asks for. */
public sealed interface ParsedRequest
    permits ForwardRequest,
        ParsedRequest.Connect,
        ParsedRequest.AutoConfig,
        ParsedRequest.Own,
        ParsedRequest.Refused {
  /** What it is counted as. */
  default RequestKind kind() {
    return this instanceof Connect ? RequestKind.CONNECT : RequestKind.FORWARD;
  }

  /** A tunnel is asked for. */
  record Connect(HostPort target) implements ParsedRequest {}

  /**
   * The proxy itself is asked for the file that tells browsers when to use it.
   *
   * @param host the field {@code Host}, or null
   * @param withContent whether more than the head is wanted
   */
  record AutoConfig(@Nullable String host, boolean withContent) implements ParsedRequest {}

  /**
   * The proxy itself is asked for a page, as a load balancer or a person does.
   *
   * @param method GET, HEAD or OPTIONS
   */
  record Own(Page page, String method) implements ParsedRequest {
    /** What it has for everybody. */
    public enum Page {
      INDEX,
      HEALTH,
      READINESS
    }

    /** Whether more than the head is wanted. */
    public boolean withContent() {
      return !method.equals("HEAD");
    }

    /** Whether it is only asked which methods there are. */
    public boolean isOptions() {
      return method.equals("OPTIONS");
    }
  }

  /** The head is not served; its kind is what it would have been. */
  record Refused(RequestKind kind, Refusal refusal) implements ParsedRequest {}
}
