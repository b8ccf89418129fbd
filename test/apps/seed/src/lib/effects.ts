let effects = 0;

export function noteEffect(): void {
  effects++;
}

export function countEffects(): number {
  return effects;
}
