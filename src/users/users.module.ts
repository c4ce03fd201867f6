import { Module, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AppConfig } from '../config/app-config.js';
import { PasswordCheck } from './password-check.js';
import { PasswordHasher } from './password-hasher.js';
import { SignInDelay } from './sign-in-delay.js';
import { SignInFailure } from './sign-in-failure.entity.js';
import { User } from './user.entity.js';
import { UsersController } from './users.controller.js';
import { UsersService } from './users.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([User, SignInFailure])],
  controllers: [UsersController],
  providers: [UsersService, PasswordHasher, PasswordCheck, SignInDelay],
  exports: [UsersService, PasswordCheck, SignInDelay],
})
export class UsersModule implements OnModuleInit {
  constructor(
    private readonly users: UsersService,
    private readonly config: AppConfig,
  ) {}

  async onModuleInit(): Promise<void> {
    const { admin } = this.config;
    if (admin) await this.users.ensureAdmin(admin.email, admin.password);
  }
}
