import { Button, Group, SegmentedControl, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { Icon } from '../ui/icon.js';
import { SCHEDULE_STATES, type SchedulesSearch } from './schedules-search.js';

const TYPING_MS = 200;

export function Filters({
  search,
  onChange,
}: {
  search: SchedulesSearch;
  onChange: (change: SchedulesSearch) => void;
}): ReactElement {
  return (
    <Group gap="sm">
      <SearchField
        value={search.q ?? ''}
        onChange={(q) => {
          onChange({ q: q === '' ? undefined : q });
        }}
      />
      <SegmentedControl
        aria-label="Which schedules"
        size="sm"
        value={search.state ?? 'all'}
        data={[
          { value: 'all', label: 'All' },
          { value: 'active', label: 'Active' },
          { value: 'paused', label: 'Paused' },
          { value: 'completed', label: 'Completed' },
        ]}
        onChange={(value) => {
          onChange({ state: SCHEDULE_STATES.find((state) => state === value) });
        }}
      />
      {search.tag !== undefined && (
        <Button
          variant="light"
          size="sm"
          rightSection={<Icon name="cross" size={14} />}
          aria-label={`Stop filtering by the tag ${search.tag}`}
          onClick={() => {
            onChange({ tag: undefined });
          }}
        >
          #{search.tag}
        </Button>
      )}
    </Group>
  );
}

/** Searches while one types. The slash key leads here. */
function SearchField({
  value,
  onChange,
}: {
  value: string;
  onChange: (value: string) => void;
}): ReactElement {
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  const field = useRef<HTMLInputElement>(null);
  const search = useDebouncedCallback((text: string) => {
    setKnown(text);
    onChange(text);
  }, TYPING_MS);
  // The address may change by other hands, such as the browser's way back.
  if (value !== known) {
    setKnown(value);
    setTyped(value);
  }
  useEffect(() => {
    const focus = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      field.current?.focus();
    };
    document.addEventListener('keydown', focus);
    return () => {
      document.removeEventListener('keydown', focus);
    };
  }, []);
  return (
    <TextInput
      ref={field}
      type="search"
      aria-label="Search schedules"
      aria-keyshortcuts="/"
      placeholder="Search, or press /"
      leftSection={<Icon name="search" />}
      style={{ flex: '1 1 220px', maxWidth: 420 }}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        search(event.currentTarget.value.trim());
      }}
    />
  );
}
