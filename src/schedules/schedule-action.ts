import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { type EntityManager, IsNull, MoreThan, Raw } from 'typeorm';
import type { ActionFault } from '../actions/action.js';
import { sizeFault } from '../actions/action-size.js';
import type { ActionPayload } from '../actions/dto/action.dto.js';
import { ActionsService } from '../actions/actions.service.js';
import { Dialect } from '../database/dialect.js';
import { Conflict, InvalidFields } from '../http/problems.js';
import { SecretDeleting } from '../secrets/secret.events.js';
import { SecretsService } from '../secrets/secrets.service.js';
import { lockOfUser } from '../users/user.entity.js';
import { Schedule } from './schedule.entity.js';

/** So many schedules are named that keep a secret from being deleted. */
const NAMED = 10;

/** So many are read at a time: each may have a long action. */
const AT_A_TIME = 20;

/** Sees to it that a schedule's action can be carried out, and stays so. */
@Injectable()
export class ScheduleAction {
  constructor(
    private readonly actions: ActionsService,
    private readonly secrets: SecretsService,
    private readonly dialect: Dialect,
  ) {}

  /**
   * Checks the action of a schedule that is about to be stored, and sets its lane.
   *
   * @param before the action that it replaces, if any
   * @throws InvalidFields
   */
  async settle(manager: EntityManager, schedule: Schedule, before?: ActionPayload): Promise<void> {
    const { action, title, owner_id } = schedule;
    const tooLarge = sizeFault(action, before);
    if (tooLarge) refuse([tooLarge]);
    const needed = this.actions.secrets(action);
    const secretNames: string[] = [];
    if (needed.length > 0 && owner_id !== null) {
      await this.dialect.lock(manager, lockOfUser(owner_id));
      secretNames.push(...(await this.secrets.namesOf(manager, owner_id)));
    }
    refuse(this.actions.check(action, title, secretNames));
    schedule.lane = this.actions.lane(action, owner_id);
  }

  /** Whether the action goes with another title. What else it was saved with stays as it is. @throws InvalidFields */
  checkTitle({ action, title }: Schedule): void {
    refuse(this.actions.checkTitle(action, title));
  }

  /** @throws Conflict naming the schedules that use the secret */
  @OnEvent(SecretDeleting.event, { suppressErrors: false })
  async keepUsedSecret({ secret: { owner_id, name }, manager }: SecretDeleting): Promise<void> {
    const users: Schedule[] = [];
    for (let [last, read] = [0, AT_A_TIME]; read === AT_A_TIME;) {
      const mentioning = await manager.find(Schedule, {
        select: { id: true, title: true, action: true },
        where: {
          owner_id,
          deleted_at: IsNull(),
          id: MoreThan(last),
          // Perhaps more than those that do, for _ stands for any character; which do is looked at below.
          action: Raw((column) => `${column} LIKE :name`, { name: `%secrets.${name}%` }),
        },
        order: { id: 'ASC' },
        take: AT_A_TIME,
      });
      users.push(...mentioning.filter(({ action }) => this.actions.secrets(action).includes(name)));
      if (users.length > NAMED) break;
      [last, read] = [mentioning.at(-1)?.id ?? 0, mentioning.length];
    }
    if (users.length === 0) return;
    const named = users.slice(0, NAMED).map(({ id, title }) => `${String(id)} (${title})`);
    const more = users.length > NAMED ? ' and more' : '';
    throw new Conflict(`Secret ${name} is used by schedules ${named.join(', ')}${more}: change them first.`);
  }
}

function refuse(faults: readonly ActionFault[]): void {
  if (faults.length > 0)
    throw new InvalidFields(faults.map(({ field, message }) => ({ field: `action.${field}`, message })));
}
