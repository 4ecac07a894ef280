/** How scripts/start starts Node: what the service does, and what it draws, is measured so. */
export const young = '--max-semi-space-size=32';
export const allocator = { MALLOC_ARENA_MAX: '1' } as const;
