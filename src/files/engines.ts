/** The engines of both ends, as the API calls them, for which there are task files; the first one is usual. */
export const fileEngines = ["postgresql"] as const;
export const [usualEngine] = fileEngines;
