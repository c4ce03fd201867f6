import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ClockKeeper } from './clock-keeper.js';
import { Node } from './node.entity.js';
import { NodeLease } from './node-lease.js';

@Module({
  imports: [TypeOrmModule.forFeature([Node])],
  providers: [NodeLease, ClockKeeper],
  exports: [NodeLease, ClockKeeper],
})
export class NodesModule {}
