/** The calls of IAM that are served here. */
export const iamCalls = {
  createToken: { method: "POST", path: "/v3/auth/tokens", success: 201, reads: false },
  listProjects: { method: "GET", path: "/v3/projects", success: 200, reads: true },
} as const;
